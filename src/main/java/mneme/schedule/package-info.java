/// Decides without acting: admission, batches, fairness, victims. Plain logic over numbers.
@NullMarked
package mneme.schedule;

import org.jspecify.annotations.NullMarked;
