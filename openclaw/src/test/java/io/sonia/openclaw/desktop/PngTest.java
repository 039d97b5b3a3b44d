package io.sonia.openclaw.desktop;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A picture is whole or it is none. */
class PngTest {

    private static byte[] picture(int type) throws IOException {
        BufferedImage image = new BufferedImage(17, 5, type);
        for (int i = 0; i < 17 * 5; i++) {
            image.setRGB(i % 17, i / 17, 0xff000000 | i * 7919);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, "png", out)).isTrue();
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_BYTE_GRAY,
                BufferedImage.TYPE_BYTE_INDEXED,
                BufferedImage.TYPE_BYTE_BINARY
            })
    void theSizeOfAWholePictureIsToldAndOfNoneThatLostAPartOrABit(int type) throws IOException {
        byte[] whole = picture(type);
        assertThat(Png.size(whole)).isEqualTo("17 x 5");
        for (int length = 0; length < whole.length; length++) {
            assertThat(Png.size(Arrays.copyOf(whole, length))).isNotEqualTo("17 x 5");
        }
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] changed = whole.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Png.size(changed)).as("bit %d", bit).isNotEqualTo("17 x 5");
        }
    }
}
