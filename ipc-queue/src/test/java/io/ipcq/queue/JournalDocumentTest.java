// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalDocumentTest {

    @Test
    void shouldKeepElements() throws Exception {
        byte[] bytes = JournalDocument.of(List.of(new byte[0], new byte[] {1, 2}));
        JournalDocument.number(bytes, 7);
        JournalDocument document = JournalDocument.parse(bytes, 0);
        assertThat(document.element(7).isIntact(document.element(7).bytes())).isTrue();
        assertThat(document.element(8).bytes()).containsExactly(1, 2);
        assertThat(document.end()).isEqualTo(9);
    }

    /** A page that never reached the disk reads as zeros. */
    @Test
    void shouldNotTakeZerosForEmptyElement() throws Exception {
        byte[] bytes = JournalDocument.of(List.of(new byte[0], new byte[0]));
        JournalDocument.number(bytes, 7);
        Arrays.fill(bytes, JournalDocument.HEADER_BYTES, bytes.length, (byte) 0);
        JournalDocument.Payload element = JournalDocument.parse(bytes, 0).element(8);
        assertThat(element.isIntact(element.bytes())).isFalse();
    }
}
