// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8CodecTest {

    private final Codec<String> codec = Codec.utf8();

    @ParameterizedTest
    @ValueSource(strings = {"", "?", "ascii", "é", "what? é", "日本", "🙂", "?🙂?", "\u0000", "\uFFFD", "\uFFFD?\uFFFE"})
    void shouldDecodeWhatItEncoded(String text) {
        byte[] bytes = codec.encode(text);

        assertThat(bytes).isEqualTo(text.getBytes(UTF_8));
        assertThat(codec.decode(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"d800, 0", "dc00, 0", "0061 d800, 1", "0061 d800 0062, 1", "d83d de42 de42, 2", "003f dc00 003f, 1"})
    void shouldRefuseLoneSurrogates(String chars, int index) {
        StringBuilder text = new StringBuilder();
        for (String unit : chars.split(" ")) {
            text.append((char) Integer.parseInt(unit, 16));
        }

        CodecException refusal = catchThrowableOfType(CodecException.class, () -> codec.encode(text.toString()));

        assertThat(refusal).hasMessageContaining("index=" + index + ", length=" + text.length());
        assertThat(refusal.bytes()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "80, 0",
        "6180, 1",
        "c0af, 0",
        "c3, 0",
        "61c3, 1",
        "e282, 0",
        "eda080, 0",
        "f09f99, 0",
        "f8888080, 0",
        "efbfbd80, 3",
        "ff, 0",
        "f4908080, 0"
    })
    void shouldRefuseMalformedBytes(String hex, int offset) {
        byte[] bytes = HexFormat.of().parseHex(hex);

        CodecException refusal = catchThrowableOfType(CodecException.class, () -> codec.decode(bytes));

        assertThat(refusal).hasMessageContaining("offset=" + offset + ", bytes=" + bytes.length);
        assertThat(refusal.bytes()).isSameAs(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 50, 99})
    void shouldFindALoneSurrogateAnywhere(int index) {
        String text = "x".repeat(index) + '\uD800' + "y".repeat(99 - index);

        assertThat(catchThrowableOfType(CodecException.class, () -> codec.encode(text)))
                .hasMessageContaining("index=" + index);
    }

    @Test
    void shouldAgreeWithAStrictEncoderAndDecoder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            String text = randomText(random);
            assertThat(encodes(text)).as("seed=%d round=%d text", seed, round).isEqualTo(strictlyEncodes(text));
            byte[] bytes = randomBytes(random, text);
            assertThat(decodes(bytes)).as("seed=%d round=%d bytes", seed, round).isEqualTo(strictlyDecodes(bytes));
        }
    }

    private static String randomText(Random random) {
        int[] bases = {'?', 'a', 0xe9, 0x4e00, 0xd800, 0xdc00, 0xfffd};
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(24); i > 0; i--) {
            text.append((char) (bases[random.nextInt(bases.length)] + random.nextInt(2)));
        }
        return text.toString();
    }

    private static byte[] randomBytes(Random random, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length > 0 && random.nextBoolean()) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private boolean encodes(String text) {
        try {
            return codec.decode(codec.encode(text)).equals(text);
        } catch (CodecException e) {
            return false;
        }
    }

    private boolean decodes(byte[] bytes) {
        try {
            return codec.decode(bytes) != null;
        } catch (CodecException e) {
            return false;
        }
    }

    private static boolean strictlyEncodes(String text) {
        try {
            return UTF_8.newEncoder().encode(CharBuffer.wrap(text)) != null;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean strictlyDecodes(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)) != null;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
