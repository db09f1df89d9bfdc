// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a serializable lambda or method reference calls, and what it captured.
 *
 * <p>Thread-safe: it has no state. Process-safe: not applicable. Survives a crash: not applicable.
 */
public final class LambdaForm {

    private LambdaForm() {}

    /** The form of a lambda or method reference; null if the object is neither, or does not tell its form. */
    public static @Nullable SerializedLambda of(Object function) {
        if (!function.getClass().isSynthetic()) {
            return null;
        }
        try {
            Method writeReplace = function.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            return writeReplace.invoke(function) instanceof SerializedLambda lambda ? lambda : null;
        } catch (ReflectiveOperationException | RuntimeException noLambda) {
            return null;
        }
    }
}
