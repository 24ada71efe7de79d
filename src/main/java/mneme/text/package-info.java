/// Between characters and tokens: tokenizers, streaming detokenization, chat templates, sampling.
/// Open [mneme.text.Tokenizer] and [mneme.text.Sampling] first.
@NullMarked
package mneme.text;

import org.jspecify.annotations.NullMarked;
