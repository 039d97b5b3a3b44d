package io.sonia.kernel.http;

/** What a peer answered: 200, or 202 for accepted and waiting. */
public record Answer<O>(int status, O data) {

    public boolean waiting() {
        return status == 202;
    }
}
