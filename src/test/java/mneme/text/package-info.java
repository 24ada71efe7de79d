/// Tests of chat templates, tokenizers and sampling.
@NullMarked
package mneme.text;

import org.jspecify.annotations.NullMarked;
