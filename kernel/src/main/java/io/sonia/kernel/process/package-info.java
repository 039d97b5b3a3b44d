/** Other programs: started in sessions of their own, told apart from strangers, and ended with all they started. */
@NullMarked
package io.sonia.kernel.process;

import org.jspecify.annotations.NullMarked;
