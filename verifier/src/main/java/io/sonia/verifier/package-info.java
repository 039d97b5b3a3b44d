/** The offline verifier of what the audit log leaves the platform as (docs/audit-format.md); shares no code with its writer. */
@NullMarked
package io.sonia.verifier;

import org.jspecify.annotations.NullMarked;
