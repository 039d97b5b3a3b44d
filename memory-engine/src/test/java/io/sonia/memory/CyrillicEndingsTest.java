package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CyrillicEndingsTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ключ ключі ключа ключем ключами ключів",
                "страхування страхуванню страхуванням",
                "зелений зелена зеленого зеленому зеленій зелені",
                "лежить лежать лежати лежала",
                "сусідка сусідки сусідкою сусідку"
            })
    void theFormsOfAWordHaveOneStem(String forms) {
        assertThat(CyrillicEndings.removed(forms).split(" ", -1)).containsOnly(stem(forms));
    }

    private static String stem(String forms) {
        return CyrillicEndings.removed(forms.substring(0, forms.indexOf(' ')));
    }

    @Test
    void shortWordsAndOtherScriptsStayAsTheyAre() {
        assertThat(CyrillicEndings.removed("дім the keys, м'ята 42")).isEqualTo("дім the keys, м'ята 42");
        assertThat(CyrillicEndings.removed("Львові")).isEqualTo("льв");
    }
}
