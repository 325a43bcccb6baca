namespace ServerlessRosa.Core.Accounts;

/// <summary>Checks the password of an account of any kind, and slows down password guessing.</summary>
public sealed class PasswordCheck(Passwords passwords, PasswordThrottle throttle)
{
    /// <summary>
    /// The account, or null for a wrong password or an unknown account; both take equally long. Failures are counted by
    /// <paramref name="name"/>; <paramref name="known"/> is the cached account; <paramref name="isExempt"/> skips the throttle for
    /// credentials that are known to be valid. Refuses with 429.1, before reading anything, after too many failures.
    /// </summary>
    internal async Task<T?> RunAsync<T>(
        string name,
        string password,
        string from,
        T? known,
        Func<Task<T?>> read,
        Func<T, string?> hashOf,
        bool isExempt = false
    )
        where T : class
    {
        var isGuess = !passwords.Remembers(name, password) && !isExempt;
        if (isGuess)
        {
            throttle.Require(name, from);
        }
        string? HashOf(T? account) => account is null ? null : hashOf(account);

        var account = known ?? await read();
        var isRight = passwords.Verify(name, HashOf(account), password);
        if (!isRight && known is not null)
        {
            // Another instance may have changed the account since this one cached it.
            account = await read();
            isRight = HashOf(account) != HashOf(known) && passwords.Verify(name, HashOf(account), password);
        }
        if (isRight)
        {
            throttle.Succeeded(name, from);
            return account;
        }
        if (isGuess)
        {
            throttle.Failed(name, from);
        }
        return null;
    }
}
