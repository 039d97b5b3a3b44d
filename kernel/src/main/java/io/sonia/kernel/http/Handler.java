package io.sonia.kernel.http;

/** Answers one kind of request; runs on a virtual thread and may block. */
public interface Handler<I> {
    Reply handle(Call<I> call);
}
