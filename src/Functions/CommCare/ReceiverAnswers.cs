using System.Globalization;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// Answers of CommCare's receiver (CC-088 to CC-092). Phones that send `X-OpenRosa-Version: 3.0` set a form aside after 422
/// `processing_failure`. Other phones stop sending after anything but 2xx, and delete the form after 2xx.
/// </summary>
public static class ReceiverAnswers
{
    private const string Success = "submit_success";
    private const string Error = "submit_error";
    private const string Failure = "processing_failure";
    private const string FormIdHeader = "X-CommCareHQ-FormID";

    public static IResult Ignored() => CommCareAnswers.Message(StatusCodes.Status201Created, Success, "√ (this submission was ignored)");

    public static IResult Taken() => CommCareAnswers.Message(StatusCodes.Status201Created, Success, "   √   ");

    /// <summary>A form with a problem is kept: phones before version 3.0 get an error message and delete it (CC-089); phones of 3.0
    /// quarantine it (CC-090).</summary>
    public static IResult Of(HttpRequest request, SubmissionReceipt receipt, string origin)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Location = origin;
        // A header holds ASCII only.
        headers[FormIdHeader] = string.Concat(
            receipt.Version.Id.Value.Select(character =>
                character is > ' ' and <= '~' ? character.ToString() : Uri.EscapeDataString(character.ToString())
            )
        );
        return receipt.Version.Problem is not { } problem ? Taken()
            : IsVersion3(request) ? CommCareAnswers.Message(StatusCodes.Status422UnprocessableEntity, Failure, problem)
            : CommCareAnswers.Message(StatusCodes.Status201Created, Error, problem);
    }

    /// <summary>A form that can never be accepted must not block the phone's outbox. A failure that a retry can cure is never answered in
    /// that way (CC-092).</summary>
    public static IResult Refusal(HttpRequest request, Problem problem)
    {
        switch (problem.Code)
        {
            case 400.1m or 400.2m or 400.13m or (>= 409m and < 410m):
                return IsVersion3(request)
                    ? CommCareAnswers.Message(
                        StatusCodes.Status422UnprocessableEntity,
                        Failure,
                        $"There was an error processing the form: {problem.Message}"
                    )
                    : CommCareAnswers.Message(
                        StatusCodes.Status500InternalServerError,
                        Error,
                        $"There was an error processing the form: {problem.Message}"
                    );
            case 403.1m:
                return Results.Text("Bad auth", statusCode: StatusCodes.Status403Forbidden);
            case (>= 422m and < 423m):
                return CommCareAnswers.Message(problem.Status, Failure, problem.Message);
            case (>= 401m and < 402m) or (>= 406m and < 407m):
                return CommCareAnswers.Refusal(problem, Error);
            case >= 500m:
                return CommCareAnswers.Message(problem.Status, Error, string.Create(CultureInfo.InvariantCulture, $"{problem.Message}"));
            default:
                return Results.Text(problem.Message, statusCode: problem.Status);
        }
    }

    private static bool IsVersion3(HttpRequest request) => request.Headers[OpenRosaResponse.VersionHeader].ToString() == "3.0";
}
