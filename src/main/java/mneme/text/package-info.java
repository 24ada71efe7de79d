/// Between characters and tokens: tokenizers, streaming detokenization, chat templates, sampling.
/// Open [mneme.text.Tokenizer], [mneme.text.ChatTemplate] and [mneme.text.Sampler] first.
@NullMarked
package mneme.text;

import org.jspecify.annotations.NullMarked;
