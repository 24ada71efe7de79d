/// A template engine for chat templates: the part of Jinja 3.1 that models ship with, as Python
/// runs it in an immutable sandbox with `trim_blocks` and `lstrip_blocks`. Open
/// [mneme.text.jinja.Template] first.
///
/// A template is a stranger's program. It sees plain values only, can change none of them, and
/// every render has a limit on steps, on characters and on depth.
@NullMarked
package mneme.text.jinja;

import org.jspecify.annotations.NullMarked;
