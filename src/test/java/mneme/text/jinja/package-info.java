/// Tests of the template engine.
@NullMarked
package mneme.text.jinja;

import org.jspecify.annotations.NullMarked;
