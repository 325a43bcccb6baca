using System.ComponentModel.DataAnnotations;

namespace ServerlessRosa.Core.Accounts;

public sealed class AccountOptions : IValidatableObject
{
    public const string Section = "Rosa";

    /// <summary>Setting `Rosa:FirstAdminEmail`: with <see cref="FirstAdminPassword"/>, signs in as a new administrator while the server
    /// has never had one.</summary>
    public string? FirstAdminEmail { get; set; }

    /// <summary>Setting `Rosa:FirstAdminPassword`. Ignored once the server has had an administrator.</summary>
    public string? FirstAdminPassword { get; set; }

    // The same rules as for any account, checked at start so that the operator sees the error rather than the user who signs in.
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(FirstAdminEmail) != string.IsNullOrEmpty(FirstAdminPassword))
        {
            yield return new ValidationResult("Rosa:FirstAdminEmail and Rosa:FirstAdminPassword go together: set both, or none.");
        }
        else if (!string.IsNullOrEmpty(FirstAdminEmail))
        {
            if (!IsEmail(FirstAdminEmail))
            {
                yield return new ValidationResult("Rosa:FirstAdminEmail must be an e-mail address.");
            }
            if (Passwords.ProblemOf(FirstAdminPassword!) is { } problem)
            {
                yield return new ValidationResult($"Rosa:FirstAdminPassword: {problem.Message}");
            }
        }
    }

    internal static bool IsEmail(string text) => text.IndexOf('@', StringComparison.Ordinal) > 0 && !text.Any(char.IsWhiteSpace);
}
