// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A file as tables of the kernel name it.
 *
 * @param device in their form, {@code fe:00}; of some file systems it is another one than {@code stat} says
 * @param inode its number there
 */
record FileIdentity(String device, long inode) {

    static FileIdentity of(Path file) throws IOException {
        Map<String, Object> attributes;
        try {
            attributes = Files.readAttributes(file, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
        } catch (UnsupportedOperationException e) {
            throw new IOException("files have no numbers here: " + file, e);
        }
        long device = number(attributes, "dev");
        long major = (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
        long minor = (device & 0xff) | (device >>> 12 & ~0xffL);
        return new FileIdentity(String.format(Locale.ROOT, "%02x:%02x", major, minor), number(attributes, "ino"));
    }

    private static long number(Map<String, Object> attributes, String name) {
        return ((Number) Objects.requireNonNull(attributes.get(name), name)).longValue();
    }
}
