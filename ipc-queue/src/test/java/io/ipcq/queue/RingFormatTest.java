// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.FormatDocument;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/file-format.md and the layout of a ring queue together. */
class RingFormatTest {

    /** Sizes, and the beginnings of groups, which the document does not list. */
    private static final Set<String> NOT_WORDS = Set.of(
            "spacing",
            "pageBytes",
            "options",
            "maxCodecIdBytes",
            "state",
            "producers",
            "consumers",
            "tasks",
            "recordAlignment");

    @Test
    void shouldDescribeFile() throws Exception {
        assertThat(FormatDocument.offsets("Ring queue: file")).isEqualTo(constants(false));
        assertThat(FormatDocument.text()).contains("0x" + Long.toHexString(RingLayout.FORMAT.magic()));
    }

    @Test
    void shouldDescribeRecord() throws Exception {
        assertThat(FormatDocument.offsets("Ring queue: record")).isEqualTo(constants(true));
    }

    @Test
    void shouldDescribeTimes() throws Exception {
        assertThat(FormatDocument.offsets("Times of a queue"))
                .isEqualTo(Map.of("entryPlace", UseTimes.ENTRY_PLACE, "entryTime", UseTimes.ENTRY_TIME));
        assertThat(FormatDocument.text()).contains(UseTimes.ENTRIES + " entries of " + UseTimes.ENTRY_BYTES + " bytes");
    }

    private static Map<String, Integer> constants(boolean ofRecord) throws IllegalAccessException {
        Map<String, Integer> constants = new HashMap<>();
        for (Field field : RingLayout.class.getDeclaredFields()) {
            if (field.getType() == int.class && Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                constants.put(camelCase(field.getName()), field.getInt(null));
            }
        }
        constants.putIfAbsent("nextMember", RingLayout.STATE + QueueState.NEXT_MEMBER);
        constants.putIfAbsent("flags", RingLayout.STATE + QueueState.FLAGS);
        constants.keySet().removeIf(name -> NOT_WORDS.contains(name) || name.startsWith("record") != ofRecord);
        return constants;
    }

    private static String camelCase(String constant) {
        String name = Arrays.stream(constant.split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
