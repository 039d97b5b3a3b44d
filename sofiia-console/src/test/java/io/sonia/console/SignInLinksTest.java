package io.sonia.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Ids;
import io.sonia.testkit.FakeClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignInLinksTest {

    private final FakeClock clock = new FakeClock();
    private final SignInLinks links = new SignInLinks(clock, new Ids(new SecureRandom()), Duration.ofMinutes(2));

    @Test
    void aCodeIsGoodOnceAndForItsTime() {
        String used = invite("ann");
        String late = invite("bob");
        assertThat(links.take(used)).map(SignInLinks.Invited::actorId).contains("ann");
        assertThat(links.take(used)).isEmpty();
        clock.advance(Duration.ofMinutes(2));
        assertThat(links.take(late)).isEmpty();
        assertThat(links.take("made up")).isEmpty();
    }

    @Test
    void moreThanThirtyTwoPushTheEldestOut() {
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < 33; i++) {
            codes.add(invite("usr_" + i));
        }
        assertThat(links.take(codes.getFirst())).isEmpty();
        assertThat(links.take(codes.getLast())).isPresent();
        assertThat(links.take(codes.get(1))).isPresent();
    }

    private String invite(String actor) {
        return links.invite(new SignInLinks.Invited(actor, "operator", "sk-sonia-key", links.end()));
    }
}
