/// Tests of the whole house: its floor plan, its documents, its tidiness; and where test data lies.
@NullMarked
package mneme;

import org.jspecify.annotations.NullMarked;
