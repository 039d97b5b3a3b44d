/** The tools: what each takes, does and gives back, and how its effect is checked. */
@NullMarked
package io.sonia.openclaw.tools;

import org.jspecify.annotations.NullMarked;
