namespace ServerlessRosa.Core.Accounts;

public sealed class AccountOptions
{
    public const string Section = "Rosa";

    /// <summary>Setting `Rosa:FirstAdminEmail`: with <see cref="FirstAdminPassword"/>, signs in as a new administrator while the server has no web user at all.</summary>
    public string? FirstAdminEmail { get; set; }

    /// <summary>Setting `Rosa:FirstAdminPassword`. Has no effect any more once a web user exists.</summary>
    public string? FirstAdminPassword { get; set; }
}
