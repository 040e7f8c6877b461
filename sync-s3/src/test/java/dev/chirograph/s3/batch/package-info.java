@NullMarked
package dev.chirograph.s3.batch;

import org.jspecify.annotations.NullMarked;
