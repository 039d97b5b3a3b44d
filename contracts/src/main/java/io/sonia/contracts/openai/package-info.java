/** The wire records of the OpenAI API as the gateway serves it (platform.openai.com/docs/api-reference). */
@NullMarked
package io.sonia.contracts.openai;

import org.jspecify.annotations.NullMarked;
