/** What may be done: the judgement of one tool call under the policy in force. */
@NullMarked
package io.sonia.evaos.policy;

import org.jspecify.annotations.NullMarked;
