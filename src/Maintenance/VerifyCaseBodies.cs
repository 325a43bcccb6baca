using ServerlessRosa.Core.Cases;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies the blobs of cases that are too large for a row. Their name ends with the SHA-256 of their content.</summary>
public sealed class VerifyCaseBodies(CasesContainer bodies)
{
    /// <summary>The error of a blob, or null. One operation; the content is compared when the verification reads content.</summary>
    internal async Task<string?> FindFaultAsync(Verification verification, string blob, CancellationToken cancellationToken)
    {
        var probe = await bodies.ProbeAsync(blob, verification.ReadsContent, cancellationToken);
        return probe is null ? $"its body is in the blob {blob}, which is not there"
            : probe.Sha256 is { } sha256 && !blob.EndsWith($"/{sha256}", StringComparison.Ordinal)
                ? $"its body is in the blob {blob}, which has the SHA-256 {sha256}"
            : null;
    }
}
