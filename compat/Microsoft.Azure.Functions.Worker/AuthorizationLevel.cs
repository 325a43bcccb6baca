namespace Microsoft.Azure.Functions.Worker;

/// <summary>The function key a caller has to present. The stand-in host keeps no keys, and starts only with <see
/// cref="Anonymous"/>.</summary>
public enum AuthorizationLevel
{
    Anonymous = 0,
    User = 1,
    Function = 2,
    System = 3,
    Admin = 4,
}
