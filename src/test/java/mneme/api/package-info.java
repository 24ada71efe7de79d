/// Tests of the HTTP side: against a scripted engine, raw sockets, and clients that others wrote.
@NullMarked
package mneme.api;

import org.jspecify.annotations.NullMarked;
