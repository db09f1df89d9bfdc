// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

/**
 * What a mapped file claims to be, in its first bytes.
 *
 * @param name for messages: "ring queue"
 * @param magic 8 bytes that no other kind of file starts with
 * @param version of the layout after the header; a file with another one is refused
 */
public record RegionFormat(String name, long magic, int version) {

    public RegionFormat {
        if (version < 1) {
            throw new IllegalArgumentException("version must be positive: version=" + version);
        }
    }
}
