/** The durable store: state, audit entry and idempotency record in one transaction. */
@NullMarked
package io.sonia.journal;

import org.jspecify.annotations.NullMarked;
