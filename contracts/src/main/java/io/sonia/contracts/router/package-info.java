/** The wire records of model-router: what is asked of a language model, what it answers, and why it was chosen. */
@NullMarked
package io.sonia.contracts.router;

import org.jspecify.annotations.NullMarked;
