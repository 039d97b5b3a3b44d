/** Destruction of a text wherever a service keeps it, the same on every service. */
@NullMarked
package io.sonia.contracts.redaction;

import org.jspecify.annotations.NullMarked;
