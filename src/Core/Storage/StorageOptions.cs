using System.ComponentModel.DataAnnotations;

namespace ServerlessRosa.Core.Storage;

/// <summary>The storage account: a connection string (development), or an account name accessed with the app's managed identity.</summary>
public sealed class StorageOptions : IValidatableObject
{
    public const string Section = "Storage";

    /// <summary>Setting `Storage:ConnectionString`. Tables and containers that are missing are created at start-up.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Setting `Storage:AccountName`: a storage account in the public cloud, whose tables and containers the deployment has created.
    /// </summary>
    public string? AccountName { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(ConnectionString) == string.IsNullOrWhiteSpace(AccountName))
        {
            yield return new ValidationResult("Set exactly one of Storage:ConnectionString and Storage:AccountName.");
        }
    }
}
