/// Tests of the pool's books; [mneme.memory.ShadowDevice] checks what every sequence reads.
@NullMarked
package mneme.memory;

import org.jspecify.annotations.NullMarked;
