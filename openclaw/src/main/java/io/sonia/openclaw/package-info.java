/** Runs tools in a sandbox, only with a grant. */
@NullMarked
package io.sonia.openclaw;

import org.jspecify.annotations.NullMarked;
