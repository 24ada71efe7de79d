/// How numbers and models lie in bytes: encodings, GGUF, safetensors.
@NullMarked
package mneme.format;

import org.jspecify.annotations.NullMarked;
