/** Incident bundles: what there is to know about an incident in one signed archive, as docs/audit-format.md says. */
@NullMarked
package io.sonia.contracts.incident;

import org.jspecify.annotations.NullMarked;
