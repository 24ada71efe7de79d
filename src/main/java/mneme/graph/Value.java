package mneme.graph;

/// An activation inside a step: one row of `width` f32 numbers for each row of the batch (after
/// [Op.OutputRows], for each row whose logits are wanted). Written once, by the op that defines it.
public record Value(int id, int width) {}
