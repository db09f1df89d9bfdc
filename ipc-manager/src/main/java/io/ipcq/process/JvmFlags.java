// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Which {@code -XX} options this JVM has. */
final class JvmFlags {

    private JvmFlags() {}

    /** Whether there is one of that name. */
    static boolean isKnown(String name) {
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                            .getVMOption(name)
                    != null;
        } catch (RuntimeException | NoClassDefFoundError anotherJvm) { // or an image without the module jdk.management
            return false;
        }
    }
}
