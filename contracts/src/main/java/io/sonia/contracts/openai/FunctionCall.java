package io.sonia.contracts.openai;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.IgnoresUnknown;
import io.sonia.kernel.json.Text;

/** A call of one of the client's tools, as the model asks for it and as the client repeats it. */
@IgnoresUnknown
public record FunctionCall(
        @Text(min = 1, max = 128) String id,

        @Default("\"function\"") ChatCompletionRequest.Kind type,
        Called function) {

    /** Which function, with its arguments as JSON text. */
    @IgnoresUnknown
    public record Called(
            @Text(min = 1, max = 128) String name,
            @Text(max = 1024 * 1024) String arguments) {}
}
