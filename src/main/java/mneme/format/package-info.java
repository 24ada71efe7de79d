/// How numbers and models lie in bytes: encodings, GGUF, safetensors. Open
/// [mneme.format.ModelFiles] first: it turns a path into a [mneme.format.ModelFile];
/// [mneme.format.Decoder] turns the tensors of one into floats. This room knows no architecture and
/// no device.
///
/// A GGUF file, little-endian throughout:
///
/// ```
/// u32 magic "GGUF" | u32 version 2 or 3 | u64 tensors | u64 keys
/// keys:    string key | u32 type | value       string: u64 bytes, UTF-8; array: u32 type, u64 count
/// tensors: string name | u32 dims | u64 dim... (fastest first) | u32 encoding | u64 offset
/// padding to the alignment (key general.alignment, 32 without it)
/// data:    tensor after tensor, each padded to the alignment; offsets count from here
/// ```
///
/// A safetensors file:
///
/// ```
/// u64 length of the header | JSON: name -> dtype, shape (slowest first), data_offsets [from, to)
/// data:    every byte belongs to one tensor; offsets count from here
/// ```
@NullMarked
package mneme.format;

import org.jspecify.annotations.NullMarked;
