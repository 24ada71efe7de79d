/// Decides without acting: admission, batches, fairness, victims. Plain logic over numbers. Open
/// [mneme.schedule.BatchPolicy] first: who runs next; then `Admission`, `WaitingLine`, `Victims`:
/// who gets memory.
@NullMarked
package mneme.schedule;

import org.jspecify.annotations.NullMarked;
