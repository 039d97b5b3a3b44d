/** Commands: how text becomes one argument list, which programs may run with which arguments, and how they end. */
@NullMarked
package io.sonia.openclaw.shell;

import org.jspecify.annotations.NullMarked;
