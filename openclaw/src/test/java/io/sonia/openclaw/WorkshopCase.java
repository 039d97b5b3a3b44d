package io.sonia.openclaw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Credential;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A workshop with its neighbours, fresh for each test. */
@Timeout(60)
abstract class WorkshopCase {

    @TempDir
    Path folder;

    final Credential executor = Credential.issue(Credential.Kind.SERVICE, new Ids(new SecureRandom()));
    FakeEvaOs evaOs;
    FakeMemory memory;
    Workshop shop;

    @BeforeEach
    void open() throws IOException {
        evaOs = new FakeEvaOs(folder, executor);
        memory = new FakeMemory(folder, executor);
        shop = openShop();
    }

    final Workshop openShop() throws IOException {
        return new Workshop(folder, evaOs.port(), memory.port(), executor.text());
    }

    @AfterEach
    void close() {
        shop.close();
        memory.close();
        evaOs.close();
    }

    static SoniaException refused(ThrowingCallable call, ErrorCode code) {
        SoniaException refusal = catchThrowableOfType(SoniaException.class, call);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).as(refusal.details().toString()).isEqualTo(code);
        return refusal;
    }
}
