/** Chooses and calls language models. */
@NullMarked
package io.sonia.router;

import org.jspecify.annotations.NullMarked;
