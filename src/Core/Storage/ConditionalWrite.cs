using Azure;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Changes a row: reads it, computes, writes with the ETag that was read, and repeats when another request wrote in between.
/// </summary>
internal static class ConditionalWrite
{
    private const int MaxAttempts = 50;

    /// <summary>
    /// Returns the result of the first <paramref name="attempt"/> whose write succeeds. It may run several times, so its result must depend
    /// only on what it reads itself. Without a conflict there are no additional operations.
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
                // The row was changed, added or removed meanwhile. A random delay keeps concurrent writers apart.
                await Task.Delay(Random.Shared.Next(5, 20 + (5 * attempts)), cancellationToken);
            }
        }
    }
}
