/** The audit routes, the same on every service; on the api-gateway they reach every service's chain. */
@NullMarked
package io.sonia.contracts.audit;

import org.jspecify.annotations.NullMarked;
