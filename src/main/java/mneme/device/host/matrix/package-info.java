/// Matrix products. Weights lie in tiles of sixteen rows, lane = row, so no sum crosses lanes; one
/// output number is the sum over blocks of 32 (or 16) columns, each block summed on its own and
/// multiplied by its scale, blocks added in order. That order holds for one input row and for a
/// thousand, so a product's bits do not depend on what it is batched with. Open
/// [mneme.device.host.matrix.Layout] first, then [mneme.device.host.matrix.Product].
@NullMarked
package mneme.device.host.matrix;

import org.jspecify.annotations.NullMarked;
