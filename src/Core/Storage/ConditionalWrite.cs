using Azure;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Changes a row: reads it, computes, writes with the ETag that was read, and repeats when another request wrote in between. Without a
/// conflict there are no additional operations.
/// </summary>
internal static class ConditionalWrite
{
    private const int MaxAttempts = 200;
    private const int MaxPauseGrowth = 20;

    /// <summary>
    /// Returns the result of the first <paramref name="attempt"/> whose write succeeds; storage's 404, 409 and 412 mean a conflict. It may
    /// run several times, so its result must depend only on what it reads itself.
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
                // The row was changed, added or removed meanwhile.
                await PauseAsync(attempts, cancellationToken);
            }
        }
    }

    /// <summary>The same for an <paramref name="attempt"/> that itself says whether it has to be repeated.</summary>
    /// <exception cref="TimeoutException">Each of 200 attempts met a conflict.</exception>
    public static async Task<T> RepeatAsync<T>(Func<Task<Attempt<T>>> attempt, CancellationToken cancellationToken)
    {
        for (var attempts = 1; attempts <= MaxAttempts; attempts++)
        {
            var tried = await attempt();
            if (tried.IsDone)
            {
                return tried.Result;
            }
            await PauseAsync(attempts, cancellationToken);
        }
        throw new TimeoutException($"Other requests changed the same rows during {MaxAttempts} attempts to change them.");
    }

    // The random delay keeps concurrent writers apart.
    private static Task PauseAsync(int attempts, CancellationToken cancellationToken) =>
        Task.Delay(Random.Shared.Next(2, 15 + (5 * Math.Min(attempts, MaxPauseGrowth))), cancellationToken);
}

/// <summary>The outcome of an attempt: a result, or <see cref="Conflict"/>.</summary>
internal readonly record struct Attempt<T>(bool IsDone, T Result)
{
    /// <summary>Another request wrote in between.</summary>
    public static Attempt<T> Conflict => default;

    public static implicit operator Attempt<T>(T result) => new(true, result);
}
