using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>An answer of a function: JSON of a type. Several of one media type mean one of them.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAttribute(Type type, string mediaType = "application/json") : Attribute
{
    public Type Type { get; } = type;

    public string MediaType { get; } = mediaType;
}

/// <summary>JSON of a type with a status that is no success, which is not a refusal of the protocol.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersWithStatusAttribute(int status, Type type) : Attribute
{
    public int Status { get; } = status;

    public Type Type { get; } = type;
}

/// <summary>An answer of a function: a document or file of a media type. Several mean one of them.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAsAttribute(string mediaType) : Attribute
{
    public string MediaType { get; } = mediaType;
}

/// <summary>What the body of a request may be: JSON of a type, or of one of several; or another media type.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class TakesAttribute(string mediaType) : Attribute
{
    public TakesAttribute(Type type)
        : this("application/json") => Type = type;

    public string MediaType { get; } = mediaType;

    public Type? Type { get; }
}

/// <summary>
/// Query parameters that a function reads; a name ending in `*` stands for all that begin so, and `*` for any. The tests' servers refuse
/// to let a function read another, so that this is the one declaration. A list that several functions share is a class of its own.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public abstract class QueryParametersAttribute : Attribute
{
    public abstract IEnumerable<(string Name, QueryType Type)> Parameters { get; }
}

/// <summary>Query parameters of one type.</summary>
public sealed class QueryAttribute(QueryType type, params string[] names) : QueryParametersAttribute
{
    public override IEnumerable<(string Name, QueryType Type)> Parameters => names.Select(name => (name, type));
}

/// <summary>The type of a query parameter.</summary>
public enum QueryType
{
    Text,
    Flag,
    Number,
    Time,
}

/// <summary>How a function, or those of a class, answer and refuse where it is not as in their folder. The tests' servers refuse to run
/// it otherwise.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class SpeaksAttribute(AnswerKind kind) : Attribute
{
    public AnswerKind Kind { get; } = kind;
}

/// <summary>A function for callers without credentials, unless it checks some of these schemes itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenToAllAttribute(params string[] schemes) : Attribute
{
    public IReadOnlyList<string> Schemes { get; } = schemes;

    /// <summary>Whether credentials count if there are some.</summary>
    public bool TakesCredentials { get; init; }
}

/// <summary>Methods that a function takes only to refuse them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RefusesAttribute(params string[] methods) : Attribute
{
    public IReadOnlyList<string> Methods { get; } = methods;
}

/// <summary>Not part of the API: pages, and what answers all other addresses.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NotInApiAttribute : Attribute;

/// <summary>A type that is written as an object whose members depend on what users defined.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FreeMembersAttribute : Attribute;

/// <summary>A type that is an object whose members, named by the client, are all of one type.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MembersOfAttribute(Type type) : Attribute
{
    public Type Type { get; } = type;
}

/// <summary>A type that is any of several simple types of JSON.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class JsonTypesAttribute(params string[] names) : Attribute
{
    public IReadOnlyList<string> Names { get; } = names;
}

/// <summary>The texts of which the value of a member is one.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfTextsAttribute(params string[] texts) : Attribute
{
    public IReadOnlyList<string> Texts { get; } = texts;
}

/// <summary>The types of which the value of a member is one, or each item of a list.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OneOfTypesAttribute(params Type[] types) : Attribute
{
    public IReadOnlyList<Type> Types { get; } = types;
}

/// <summary>A record of which the client may choose the members, so that each may be absent.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ChosenMembersAttribute : Attribute;
