namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks the request parameter of a function that answers HTTP.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute : Attribute
{
    public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>An ASP.NET route template without the route prefix; the function's name unless set.</summary>
    public string? Route { get; set; }

    /// <summary>The verbs that the function answers; any verb unless set.</summary>
    public string[]? Methods { get; }

    public AuthorizationLevel AuthLevel { get; }
}
