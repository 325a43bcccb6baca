using Azure;

namespace ServerlessRosa.Core.Storage;

/// <summary>How a row is changed: read, compute, write with the ETag that was read, and all of it again when somebody else wrote in
/// between.</summary>
internal static class ConditionalWrite
{
    private const int MaxAttempts = 50;

    /// <summary>
    /// What <paramref name="attempt"/> returns when its write went through. It may run several times, so what it computes must follow
    /// from what it reads in that run alone. Nobody in the way: no operation more than its own.
    /// </summary>
    public static async Task<T> RunAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                return await attempt();
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412 && attempts < MaxAttempts)
            {
                // The row was changed, added or removed meanwhile: look again, after a little while of its own for each writer.
                await Task.Delay(Random.Shared.Next(5, 20 + (5 * attempts)), cancellationToken);
            }
        }
    }
}
