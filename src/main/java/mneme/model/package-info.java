/// Architectures: from a model file's header to a forward pass, one file each in `model/arch`. Open
/// [mneme.model.Architectures] first: one line an architecture. It never names a device.
@NullMarked
package mneme.model;

import org.jspecify.annotations.NullMarked;
