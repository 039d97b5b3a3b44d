package io.sonia.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdsTest {

    private final Ids ids = new Ids(new SecureRandom());

    @Test
    void idIsItsPrefixAndTwentyFourHexDigits() {
        assertThat(ids.next("act_")).matches("act_[0-9a-f]{24}");
        assertThat(Ids.checked(ids.next("req_"))).startsWith("req_");
    }

    @Test
    void idsDiffer() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            assertThat(seen.add(ids.next(""))).isTrue();
        }
    }

    @Test
    void idsOfOneProcessStandInTheOrderOfTheirMaking() {
        SecureRandom startsAtOne = new SecureRandom() {
            @Override
            public long nextLong() {
                return 1;
            }
        };
        Ids ordered = new Ids(startsAtOne);
        List<String> made =
                Stream.generate(() -> ordered.next("mem_")).limit(1000).toList();
        assertThat(made).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void processesDoNotMakeTheSameIds() {
        assertThat(ids.next("").substring(0, 16))
                .isNotEqualTo(new Ids(new SecureRandom()).next("").substring(0, 16));
    }

    @Test
    void randomNumbersStayBelowTheirBound() {
        for (int i = 0; i < 1000; i++) {
            assertThat(ids.below(3)).isBetween(0, 2);
        }
        assertThat(ids.bytes(32)).hasSize(32).isNotEqualTo(ids.bytes(32));
    }

    @Test
    void malformedIdIsRefused() {
        for (String id : List.of("", "a b", "a/b", "ä", "a\n", "x".repeat(65), "a\u0000", "../x", "%2e")) {
            assertThatThrownBy(() -> Ids.checked(id)).as(id).isInstanceOf(SoniaException.class);
        }
        assertThat(Ids.checked("x".repeat(64))).hasSize(64);
    }
}
