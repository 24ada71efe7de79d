/// The architectures, one file each: names and forward pass. Open [mneme.model.arch.Llama] first;
/// most others are a few lines of difference.
@NullMarked
package mneme.model.arch;

import org.jspecify.annotations.NullMarked;
